using System.Text.RegularExpressions;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Detects a codec that is not allowed. ffmpeg reports it only in its log.</summary>
internal static partial class RefusedCodec
{
    /// <param name="container">Our name of the file's container.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>, when a codec was refused.</exception>
    public static void Throw(MediaLog log, string container)
    {
        foreach (var line in log.Errors)
        {
            if (NotAllowed().Match(line) is { Success: true } refused)
                throw new RejectedException(ReasonCode.Undecodable, $"The codec {refused.Groups[1].Value} is not one of those that are read from {container} files.");
        }
    }

    [GeneratedRegex(@"\] Codec \(([a-z0-9_-]{1,40})\) not on whitelist ", RegexOptions.CultureInvariant)]
    private static partial Regex NotAllowed();
}
