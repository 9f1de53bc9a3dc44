using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Broker;

/// <summary>The broker refuses a request, and will refuse it again: wrong credentials, missing permissions, a queue that exists with other arguments.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
/// <param name="inner">What caused it.</param>
public sealed class BrokerException(string message, Exception? inner = null) : LusException(message, inner);
