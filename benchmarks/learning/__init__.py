"""How well the learner learns, against what people use."""
