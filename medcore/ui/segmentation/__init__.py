"""The page of segmentation: training that is watched, cases, own images, masks drawn by hand."""
