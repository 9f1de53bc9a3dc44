using System.Diagnostics;
using System.Text;

namespace LusPipeline.UnitTests.Fuzzing;

/// <summary>Texts from outside that are damaged a little: bytes as in <see cref="Damage"/>, and words that mean something to who reads them.</summary>
/// <param name="seeds">Good texts.</param>
/// <param name="words">What is put in at random places.</param>
internal sealed class DamagedText(IReadOnlyList<string> seeds, IReadOnlyList<string> words)
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    /// <summary>Gives damaged texts to what reads them. Whatever a reading throws fails the test, and so does one that takes too long.</summary>
    /// <param name="read">Reads a text; returns whether it could use it.</param>
    /// <param name="usual">How many texts are tried where the variable LUS_FUZZ_CASES does not say it.</param>
    /// <returns>The share of texts that could be used, 0 to 1.</returns>
    public async Task<double> TryAsync(Func<byte[], Task<bool>> read, int usual)
    {
        var cases = FuzzCases.OrElse(usual);
        var random = new Random(20_261_128);
        var used = 0;
        for (var round = 0; round < cases; round++)
        {
            var text = Next(random, round);
            var watch = Stopwatch.StartNew();
            try
            {
                used += await read(text) ? 1 : 0;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Assert.Fail($"Case {round}: {fault}\n{Encoding.Latin1.GetString(text)}");
            }
            Assert.True(watch.Elapsed < MaxTime, $"Case {round} took {watch.Elapsed}.\n{Encoding.Latin1.GetString(text)}");
        }
        return (double)used / cases;
    }

    private byte[] Next(Random random, int round)
    {
        var bytes = Encoding.UTF8.GetBytes(seeds[round % seeds.Count]).ToList();
        for (var word = random.Next(0, 4); word > 0; word--)
            bytes.InsertRange(random.Next(bytes.Count + 1), Encoding.UTF8.GetBytes(words[random.Next(words.Count)]));
        return random.Next(2) == 0 ? [.. bytes] : Damage.To([.. bytes], random);
    }
}
