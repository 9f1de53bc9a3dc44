namespace LusPipeline.Core.Outcomes;

/// <summary>
/// The bucket as a whole does not answer: down, out of reach or overloaded, after the client's own retries. It says nothing about the
/// object that was asked for: no attempt counts and nothing is rejected; the work waits until the bucket answers again.
/// </summary>
/// <param name="message">Which bucket and how it fails; no object's name.</param>
/// <param name="inner">What caused it.</param>
public sealed class BucketUnavailableException(string message, Exception? inner = null) : LusException(message, inner);
