using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>The SHA-256 of all that decides a training's result: options, seed, labels and features.</summary>
internal static class RunIdentity
{
    public static byte[] Of(LabelledClips training, LabelledClips? validation, HeadOptions head, FitOptions fit, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var options = string.Create(CultureInfo.InvariantCulture, $"{head.Arguments} {fit.Arguments} {seed}");
        hash.AppendData(Encoding.UTF8.GetBytes(options));
        foreach (var clips in new[] { training, validation }.OfType<LabelledClips>())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{clips.Clips.Count} {clips.Frames} {clips.Width} ")));
            hash.AppendData([.. clips.Clips.Select(clip => (byte)clip.Label)]);
            for (var clip = 0; clip < clips.Clips.Count; clip++)
                hash.AppendData(MemoryMarshal.AsBytes(clips[clip].Span));
        }
        return hash.GetHashAndReset();
    }
}
