using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>What is known of a video before any features are made.</summary>
/// <param name="File">The video's path below the folder that holds all videos, with segments separated by '/'.</param>
/// <param name="Label">What it shows.</param>
/// <param name="Patient">The patient; null if nobody knows.</param>
/// <param name="Fold">The fold on whose test side it is; null if no fold is given.</param>
/// <param name="Content">sha256 of the file, in hex digits; null if it is not known.</param>
/// <param name="Line">The line of <see cref="LabelTable.Source"/>, from 1; 0 if it is not from a file.</param>
public sealed record VideoLabel(string File, Diagnosis Label, string? Patient, string? Fold, string? Content, int Line);

/// <summary>The labels of videos.</summary>
/// <param name="Source">The file or folder that they come from, for error messages.</param>
public sealed record LabelTable(string Source, IReadOnlyList<VideoLabel> Rows)
{
    public string Place(VideoLabel row) => row.Line > 0 ? $"{Source}, line {row.Line}" : Source;
}
