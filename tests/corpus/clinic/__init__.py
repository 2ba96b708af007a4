"""Shared parts of the suite for the clinic's API."""
