using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Broker;

/// <summary>The broker refuses what is asked of it, and will go on to: credentials, permissions, queues of other arguments.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokerException(string message, Exception? inner = null) : LusException(message, inner);
