namespace LusPipeline.Core.Outcomes;

/// <summary>The bucket does not answer: no object's fault and no attempt's. Workers wait until it is back.</summary>
/// <param name="message">What does not answer; no object keys.</param>
/// <param name="inner">What caused it.</param>
public sealed class BucketUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
