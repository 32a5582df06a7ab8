"""v7thompson"""
