"""v7terminal"""
