"""v7performance"""
