using System.Globalization;
using System.Text;
using LusPipeline.Core.Identity;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>A loop of the fixtures under UIDs of its own, so that there may be any number of studies of it.</summary>
internal sealed record ArchiveLoop(string Study, string Series, string Instance, byte[] Content)
{
    public const string StudyRoot = "1.2.826.0.1.3680043.9.7777.2.";

    private const string SeriesRoot = "1.2.826.0.1.3680043.9.7777.3.";
    private const string Number = "4711";

    /// <param name="fixture">A name of <see cref="DicomFixtures"/>.</param>
    /// <param name="study">The number of its study, from 0.</param>
    /// <param name="instance">Its own number, from 0; null for the fixture's own.</param>
    public static ArchiveLoop Make(string fixture, int study = 0, int? instance = null)
    {
        var before = DicomFixtures.Tags.Single(tags => tags[0] == fixture)[2];
        var last = before.LastIndexOf('.') + 1;
        var after = instance is { } own
            ? before[..last] + ((long)Math.Pow(10, before.Length - last - 1) + own).ToString(CultureInfo.InvariantCulture)
            : before;
        var number = (4711 + study).ToString(CultureInfo.InvariantCulture);
        var content = DicomFixtures.Loop(fixture);
        Replace(content, StudyRoot + Number, StudyRoot + number);
        Replace(content, SeriesRoot + Number, SeriesRoot + number);
        Replace(content, before, after);
        return new(StudyRoot + number, SeriesRoot + number, after, content);
    }

    /// <summary>The key of the loop in a bucket.</summary>
    public string KeyBy(InstallationKey key)
    {
        var loop = key.Identify(Study, Instance);
        return $"{loop.Study}/{loop.Instance}.dcm";
    }

    private static void Replace(Span<byte> content, string before, string after)
    {
        var (old, made) = (Encoding.ASCII.GetBytes(before), Encoding.ASCII.GetBytes(after));
        Assert.Equal(old.Length, made.Length);
        for (var from = 0; content[from..].IndexOf(old) is var at and >= 0; from += at + old.Length)
            made.CopyTo(content[(from + at)..]);
    }
}
