using System.Text.Json;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Benchmarks;

/// <summary>One fold: the videos that a head learns from, and those of other patients that it is asked about.</summary>
/// <param name="Train">File names.</param>
/// <param name="Test">File names.</param>
internal sealed record PatientFold(IReadOnlyList<(string Video, Diagnosis Label)> Train, IReadOnlyList<(string Video, Diagnosis Label)> Test)
{
    /// <summary>Reads the paper's form: <c>{"0": {"test": [[file …], [label …]], "train": …}, …}</c>.</summary>
    public static IReadOnlyList<PatientFold> Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. json.RootElement.EnumerateObject().Select(fold => new PatientFold(Side(fold.Value.GetProperty("train")), Side(fold.Value.GetProperty("test"))))];
    }

    private static List<(string, Diagnosis)> Side(JsonElement side) => [.. side[0].EnumerateArray().Zip(side[1].EnumerateArray(), (video, label) => (
        video.GetString()!,
        DiagnosisNames.Parse(label.GetString()) ?? throw new InvalidDataException($"'{label}' is no label.")))];
}
