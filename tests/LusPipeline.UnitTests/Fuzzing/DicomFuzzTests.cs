using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Pixels;
using LusPipeline.Media;
using LusPipeline.Media.Dicom;

namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>Damaged DICOM loops: each is read, or rejected with a reason, within bounds. LUS_FUZZ_CASES=100000 tries more.</summary>
public sealed class DicomFuzzTests
{
    private const long MostBytes = 256 << 20;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private static readonly HashSet<string> Reasons =
    [
        ReasonCode.NotAVideo, ReasonCode.NoVideoStream, ReasonCode.TooFewFrames, ReasonCode.Undecodable, ReasonCode.Truncated, ReasonCode.TooLargeFrame,
        ReasonCode.TooManyFrames, ReasonCode.UnsupportedTransferSyntax, ReasonCode.NoTissueRegion,
    ];

    [Fact]
    public async Task Damaged_loops_are_read_or_rejected_within_bounds()
    {
        var cases = FuzzCases.OrElse(4_000);
        var names = DicomFixtures.Names.ToList();
        var (random, read, outcomes) = (new Random(4711), 0, new SortedDictionary<string, int>());
        var slowest = TimeSpan.Zero;
        for (var number = 0; number < cases; number++)
        {
            var name = names[random.Next(names.Count)];
            var good = DicomFixtures.Loop(name);
            // Most of a file is pixels. What steers the reader stands in front of them.
            var bad = random.Next(4) == 0 ? Damage.To(good, random) : [.. Damage.To(good[..Math.Min(1500, good.Length)], random), .. good.AsSpan(Math.Min(1500, good.Length))];
            if (random.Next(8) == 0)
                bad = bad[..random.Next(bad.Length)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var outcome = await ReadAsync(bad);
            Assert.True(watch.Elapsed < MostTime, $"Case {number} ({name}) took {watch.Elapsed}.");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"Case {number} ({name}) took too much memory.");
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (outcome == "read")
                read++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases, slowest {slowest.TotalMilliseconds:f0} ms: {string.Join(", ", outcomes.Select(each => $"{each.Key} {each.Value}"))}");
        Assert.InRange((double)read / cases, 0.1, 0.95);
    }

    private static async Task<string> ReadAsync(byte[] bytes)
    {
        using var file = new MemoryStream(bytes);
        try
        {
            _ = await LoopHeader.ReadAsync(bytes.Length, (offset, buffer, _) =>
            {
                var part = bytes.AsSpan((int)offset, Math.Min(buffer.Length, bytes.Length - (int)offset));
                part.CopyTo(buffer.Span);
                return Task.FromResult(part.Length);
            }, TestContext.Current.CancellationToken);
            var loop = DicomLoop.Open(file, mostFrames: 20_000, mostPixels: 1_000_000);
            _ = TissueCrop.Filter(loop.Image, LoopRegion.Tissue);
            file.Position = 0;
            if (loop.IsDecodedHere)
                await loop.WriteFramesAsync(file, Stream.Null, TestContext.Current.CancellationToken);
            else if (loop.Header.Syntax.IsVideo)
                await loop.WriteStreamAsync(file, Stream.Null, TestContext.Current.CancellationToken);
            else
                await loop.WriteCodedFramesAsync(file, Stream.Null, (_, _, head) => ValueTask.FromResult(CodedPixels.NeedsColours(loop, CodedPixels.Check(loop, head.Span)) ? 2 : 0), TestContext.Current.CancellationToken);
            return "read";
        }
        catch (RejectedException rejected)
        {
            Assert.Contains(rejected.Reason, Reasons);
            Assert.DoesNotContain(rejected.Message, char.IsControl);
            return rejected.Reason;
        }
    }
}
