using System.Text;
using System.Text.Json;
using LusPipeline.Media.Probing;

namespace LusPipeline.UnitTests.Ingest;

public class ProbeOutputTests
{
    private const string Head = "{ \"packets\": [ ";

    private const string Tail = """
         ], "programs": [ ], "streams": [ { "index": 1, "codec_name": "h264", "width": 640, "nb_frames": "7", "side_data_list": [ { "rotation": -90 } ] } ],
         "format": { "duration": "1.5" } }
        """;

    [Fact]
    public async Task Packets_are_counted_without_the_discarded_and_the_rest_is_read()
    {
        using var output = await ReadAsync(
            Head + "{\"flags\": \"K_\"}, {\"flags\": \"_D\"}, {\"flags\": \"KD_\"}, {\"flags\": \"___\", \"side_data_list\": [ { \"flags\": \"__\" } ]}" + Tail, limit: 10);

        Assert.Equal(2, output.Packets);
        var document = output.Document()!;
        var stream = Assert.Single(document.Streams!);
        Assert.Equal(("h264", 640, "7"), (stream.CodecName, stream.Width, stream.DeclaredFrames));
        Assert.Equal("1.5", document.Format!.Duration);
    }

    [Fact]
    public async Task A_million_packets_stop_at_the_limit()
    {
        using var output = await ReadAsync(Head + string.Join(',', Enumerable.Repeat("{\"flags\": \"__\"}", 1_000_000)) + Tail, limit: 1000);

        Assert.True(output.TooManyPackets);
        Assert.Equal(1001, output.Packets);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_no_document()
    {
        using var output = await ReadAsync(Head + "{\"flags\": \"__\"}", limit: 10);

        Assert.Throws<JsonException>(() => output.Document());
    }

    [Fact]
    public async Task A_document_without_end_is_not_kept()
    {
        using var endless = new MemoryStream(Encoding.UTF8.GetBytes("{ \"streams\": [ " + string.Join(',', Enumerable.Repeat("{\"codec_name\": \"x\"}", 100_000))));
        using var output = new ProbeOutput(10);

        Assert.False(await output.ReadAsync(endless, TestContext.Current.CancellationToken));
    }

    private static async Task<ProbeOutput> ReadAsync(string json, int limit)
    {
        var output = new ProbeOutput(limit);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        await output.ReadAsync(stream, TestContext.Current.CancellationToken);
        return output;
    }
}
