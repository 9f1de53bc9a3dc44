namespace LusPipeline.Hosting.Broker;

/// <summary>A message of a version that this program does not know: what its fields mean would be a guess.</summary>
internal sealed class UnknownVersionException(string message) : Exception(message);
