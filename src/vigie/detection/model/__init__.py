"""The early-warning model: a glass box, its calibration, its levels, its challengers, and the proof of how good it is.

Nothing here reads the clock, the environment or an unseeded random state; nothing is stored as pickle.
"""
