"""Vzenith (Zhenshi) parking cameras and the barriers behind them."""
