"""What a small language model, MiniLM, makes of a sentence: a text in, 384 numbers out.

wordpiece.py   the pieces of words that it reads
reading.py     texts through the model: each once, in batches of like length
encoders.py    what computes it here: ONNX Runtime on a CPU, torch on a GPU
"""
