"""Invents the monthly deliveries of the administrations, with the truth behind them (quality-bars.md 2)."""
