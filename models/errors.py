"""The root of the errors that `models` raises on purpose.

ModelError                  what the user can mend; the message is one line that says what to do
├── DataError               labelled images that cannot be used (imageclef)
├── UnknownModelError       no network has this name (variants)
├── WeightsError            start weights that cannot be had or do not fit (weights)
├── RecipeError             a recipe with a setting that is unknown or out of its range (recipes)
├── TrainedBeforeError      the very training is finished already (outcome)
├── CheckpointError         a checkpoint of another training (checkpoints)
├── BundleError             a bundle that is unknown, broken or of another kind (bundle)
├── DeviceError             a device that is not there (devices)
└── LayerError              no residual unit of the network has this name (gradcam)
"""


class ModelError(ValueError):
    """What the user can mend; the message is one line that says what to do."""
