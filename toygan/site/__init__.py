"""The course as a site: each lesson as a page with its outputs, for readers without Python."""
