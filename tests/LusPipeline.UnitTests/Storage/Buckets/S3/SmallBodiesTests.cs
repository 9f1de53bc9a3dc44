using LusPipeline.Buckets.S3;

namespace LusPipeline.UnitTests.Storage.Buckets.S3;

public sealed class SmallBodiesTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1 << 16, false)]
    [InlineData((1 << 16) + 1, true)]
    public async Task Only_for_a_large_body_is_the_server_asked_first(int bytes, bool asked)
    {
        using var server = new Server();
        using var client = new HttpClient(new SmallBodies(server));
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://bucket.test/key") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.ExpectContinue = true;

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(asked, server.Asked);
    }

    private sealed class Server : HttpMessageHandler
    {
        public bool? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request.Headers.ExpectContinue;
            return Task.FromResult(new HttpResponseMessage());
        }
    }
}
