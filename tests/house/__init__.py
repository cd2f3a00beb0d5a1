"""Tests of the house: walls, tidiness, the public door."""
