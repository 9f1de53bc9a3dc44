namespace LusPipeline.Buckets.S3;

/// <summary>
/// Sends a small body with its request. The SDK asks the server first whether it wants the body (<c>Expect: 100-continue</c>), which is
/// a round trip more and spares nothing when the body is hardly larger than the question.
/// </summary>
internal sealed class SmallBodies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>About what one round trip carries on a connection in use.</summary>
    private const int Bytes = 1 << 16;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content?.Headers.ContentLength <= Bytes)
            request.Headers.ExpectContinue = false;
        return base.SendAsync(request, cancellationToken);
    }
}
