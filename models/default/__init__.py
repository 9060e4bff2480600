"""What builds the bundle that ships, models/pretrained/default, from panels.

build.py         panels in, bundle out
panels.py        the panels: which are read, which are drawn, how much each kind counts
photographs.py   photographs of anything (photographs.csv), which the bundle learns to reject
drawings/        panels that the project draws itself, for classes and kinds of chart of which few are published
trunks.py        what the frozen trunks make of each image, kept on disk
regression.py    multinomial logistic regression, to the same bytes each time
discriminant.py  linear discriminant analysis, which the heads average with the regression
heads.py         the heads on the trunks' features: classes, torn, compound, kinds of chart
text_model.py    the text model: hashed n-grams of captions, and sentences
written/         captions that the project writes itself, for classes of which few are published
sentences.py     the language model that reads these, made ready for a bundle
joint.py         how picture and words speak together
calibrating.py   temperatures, the weight of words, thresholds and conformal sets
judging.py       how well the bundle names panels that nothing was fitted to
leaving_out.py   the same where a source, a publisher or a package of photographs is left out
network.py       the network: both trunks with ImageNet's weights, and the heads in one layer
card.py          the card

Which panels it learns from is gathered by flows/runs/default_bundle.py.
"""
