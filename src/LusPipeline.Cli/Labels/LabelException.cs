using LusPipeline.Core.Outcomes;

namespace LusPipeline.Cli.Labels;

/// <summary>A file of labels cannot be used.</summary>
/// <param name="message">What is wrong, where, and how to fix it.</param>
internal sealed class LabelException(string message) : LusException(message);
