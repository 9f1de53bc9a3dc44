using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Run;

/// <summary>The home folder cannot be used.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
/// <param name="inner">What caused it.</param>
public sealed class HomeException(string message, Exception? inner = null) : LusException(message, inner);
