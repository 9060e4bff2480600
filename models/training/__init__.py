"""How a network learns.

settings.py      the settings of a training: CLI, flow and deployment share them
fitting.py       the two long steps: the images prepared, the network fitted to them
training.py      the loop: epoch by epoch, the best one kept
reporter.py      what a training tells while it goes on
outcome.py       what a training leaves: calibrated, evaluated, written with card and plots
recipes.py       the settings of the loop: the presets `paper` and `fast`, and TOML files
starting.py      what a network starts from: ImageNet, a file, bundles of its members
checkpoints.py   the state on disk from which a killed training goes on
svm.py           linear heads fitted by scikit-learn: SVM, logistic regression
plots.py         curves, confusion and reliability as PNG; their colours
"""
