using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Clips;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Compares clips with a decode of the whole video.</summary>
internal static class ClipContent
{
    public static async Task AssertEqualsFullDecodeAsync(Ingested ingested, ClipPlan plan, string path, int width, int height)
    {
        var frameBytes = width * height * 3;
        var all = await Ffmpeg.DecodeAllAsync(path, width, height);
        Assert.Equal(all.Length / frameBytes, ingested.Report.DecodedFrames);
        var cut = plan.Cut(ingested.Report.DecodedFrames, ingested.Facts.Duration);
        Assert.Equal(Enumerable.Range(0, cut.Count), ingested.Clips.Select(clip => clip.Index).Order());
        foreach (var clip in ingested.Clips)
        {
            var bytes = await File.ReadAllBytesAsync(clip.Path);
            using var stream = new MemoryStream(bytes);
            var header = NpyHeader.Read(stream, clip.Path);
            Assert.Equal([cut.Frames, height, width, 3], header.Shape);
            Assert.Equal(NpyType.For<byte>(), header.Type);
            for (var position = 0; position < cut.Frames; position++)
            {
                var frame = cut.FrameAt(clip.Index, position);
                Assert.True(
                    all.AsSpan(frame * frameBytes, frameBytes).SequenceEqual(bytes.AsSpan((int)stream.Position + (position * frameBytes), frameBytes)),
                    $"Clip {clip.Index}, position {position} is not frame {frame}.");
            }
        }
    }
}
