using LusPipeline.Core.Outcomes;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>A file cannot be downloaded.</summary>
/// <param name="message">Which address, what is wrong with it, and what can be done.</param>
/// <param name="inner">What caused it.</param>
public sealed class DownloadException(string message, Exception? inner = null) : LusException(message, inner);
