namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>One attempt at a download came to nothing; another may go on from there.</summary>
internal sealed class BrokenTransferException(string message, Exception? inner = null) : Exception(message, inner);
