"""How a network learns.

training.py      the loop: epoch by epoch, the best one kept
recipes.py       the settings of the loop: the presets `paper` and `fast`, and TOML files
starting.py      what a network starts from: ImageNet, a file, bundles of its members
checkpoints.py   the state on disk from which a killed training goes on
svm.py           linear heads fitted by scikit-learn: SVM, logistic regression
plots.py         curves, confusion and reliability as PNG; their colours
"""
