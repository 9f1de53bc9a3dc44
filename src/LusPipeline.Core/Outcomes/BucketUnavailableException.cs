namespace LusPipeline.Core.Outcomes;

/// <summary>
/// The bucket as a whole does not answer, after the client's own retries: it is down, unreachable or overloaded. This says nothing about
/// the requested object. No attempt counts and nothing is rejected; the work waits until the bucket answers again.
/// </summary>
/// <param name="message">Which bucket does not answer, and how it fails. It does not name an object.</param>
/// <param name="inner">What caused it.</param>
public sealed class BucketUnavailableException(string message, Exception? inner = null) : LusException(message, inner)
{
    /// <summary>What does not answer, for logs: <c>bucket</c> or <c>archive</c>.</summary>
    public string Place { get; init; } = "bucket";
}
