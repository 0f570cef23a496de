"""Audits: is the evidence of a submission honest, and would its score survive without the tricks?"""
