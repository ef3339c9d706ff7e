"""What must hold between the values of a description, one file per subject; each fact reports at the place that can be mended."""
