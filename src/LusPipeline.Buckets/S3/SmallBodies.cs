namespace LusPipeline.Buckets.S3;

/// <summary>
/// Sends a small body together with its request. By default, the SDK first asks the server whether it accepts the body (<c>Expect:
/// 100-continue</c>). This costs a round trip, and saves nothing if the body is small.
/// </summary>
internal sealed class SmallBodies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The largest body in bytes that is sent at once: about what a connection in use carries in one round trip.</summary>
    private const int Bytes = 1 << 16;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content?.Headers.ContentLength <= Bytes)
            request.Headers.ExpectContinue = false;
        return base.SendAsync(request, cancellationToken);
    }
}
