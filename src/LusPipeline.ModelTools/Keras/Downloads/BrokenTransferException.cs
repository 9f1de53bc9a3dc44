namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>One attempt at a download failed. Another attempt may resume it.</summary>
internal sealed class BrokenTransferException(string message, Exception? inner = null) : Exception(message, inner);
