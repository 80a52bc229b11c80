"""One folder per read model: view.py, found by scanning. They show what holds and judge nothing."""
