"""v7services"""
