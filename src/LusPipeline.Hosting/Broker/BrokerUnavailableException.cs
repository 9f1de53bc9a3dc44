using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Broker;

/// <summary>The broker does not answer, or not in time. Another try may succeed.</summary>
/// <param name="message">What was tried.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokerUnavailableException(string message, Exception? inner = null) : LusException(message, inner);
