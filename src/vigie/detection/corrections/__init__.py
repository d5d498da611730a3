"""Expert corrections (« redressements »): rules that move the model's log-odds, never its levels.

A correction is a dated, versioned, signed file (`correction.py`, `files.py`); its scope is a tree of conditions
(`conditions.py`), its effect one of four kinds (`effects.py`); `application.py` applies those in force to a month.
The model's own score stays beside the corrected one, and each correction's effect is a bar of its own.
"""
