using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Labels;

/// <summary>What is known of videos: from a csv file with columns <c>file</c> and <c>label</c>, or from the names of folders.</summary>
internal sealed class VideoLabels
{
    public const string Folders = "folders";

    private readonly Dictionary<string, Diagnosis>? _byFile;

    private VideoLabels(Dictionary<string, Diagnosis>? byFile) => _byFile = byFile;

    /// <param name="source">A csv file, or <see cref="Folders"/>.</param>
    /// <exception cref="LabelException">The file is missing, lacks a column, or has a label that names no class.</exception>
    public static VideoLabels Read(string source)
    {
        if (source == Folders)
            return new(null);
        if (!File.Exists(source))
            throw new LabelException($"--labels: there is no file {source}. Give a csv file with the columns file and label, or the word {Folders}.");
        var labels = new Dictionary<string, Diagnosis>(StringComparer.Ordinal);
        try
        {
            using var text = new StreamReader(source);
            using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant() });
            if (!csv.Read() || !csv.ReadHeader())
                throw new LabelException($"--labels: {source} is empty. Its first line must name the columns file and label.");
            while (csv.Read())
            {
                var file = csv.GetField("file") ?? "";
                var label = csv.GetField("label");
                labels[file] = DiagnosisNames.Parse(label)
                    ?? throw new LabelException($"--labels: {source}, line {csv.Parser.RawRow}: '{label}' is no class. Use covid, pneumonia or healthy (or cov, pne, reg).");
            }
        }
        catch (Exception exception) when (exception is CsvHelperException or IOException or UnauthorizedAccessException)
        {
            throw new LabelException($"--labels: {source} cannot be read as csv with the columns file and label: {exception.Message.Split('\n')[0].Trim()}");
        }
        return new(labels);
    }

    /// <summary>The label of a video by its key, or by its name alone; null when it has none.</summary>
    public Diagnosis? Find(VideoResult video) => Find(video.Study == video.Video ? video.Video : $"{video.Study}/{video.Video}");

    /// <param name="key">The video's path below the folder that was named, segments divided by '/'.</param>
    /// <inheritdoc cref="Find(VideoResult)"/>
    public Diagnosis? Find(string key)
    {
        if (_byFile is null)
            return key.Split('/')[..^1].Reverse().Select(DiagnosisNames.Parse).FirstOrDefault(label => label is not null);
        return _byFile.TryGetValue(key, out var label) || _byFile.TryGetValue(key.Split('/')[^1], out label) ? label : null;
    }
}
