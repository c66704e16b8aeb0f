"""A model of a table in one line: `fit` trains several generators and keeps the best; a report compares it with rows
that were held out."""
