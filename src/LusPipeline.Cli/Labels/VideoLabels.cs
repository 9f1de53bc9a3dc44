using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Labels;

/// <summary>
/// The true classes of videos, from a csv file with columns <c>file</c> and <c>label</c> or from the names of folders. A csv file may also have the columns
/// <c>patient</c>, <c>fold</c> and <c>sha256</c>.
/// </summary>
internal sealed class VideoLabels
{
    public const string Folders = "folders";

    private readonly Dictionary<string, VideoLabel>? _byFile;

    private VideoLabels(LabelTable? table)
    {
        Table = table;
        if (table is null)
            return;
        _byFile = new(StringComparer.Ordinal);
        foreach (var row in table.Rows)
            _byFile[row.File] = row;
    }

    /// <summary>The rows of the csv file; null if the names of folders are the labels.</summary>
    public LabelTable? Table { get; }

    /// <param name="source">The path of a csv file, or <see cref="Folders"/>.</param>
    /// <param name="option">The option or argument that gave it, for error messages.</param>
    /// <exception cref="LabelException">The file is missing, lacks a column, or has a label that names no class.</exception>
    public static VideoLabels Read(string source, string option = "--labels")
    {
        if (source == Folders)
            return new(null);
        if (!File.Exists(source))
            throw new LabelException($"{option}: there is no file {source}. Give a csv file with the columns file and label, or the word {Folders}.");
        var rows = new List<VideoLabel>();
        try
        {
            using var text = new StreamReader(source);
            using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant() });
            if (!csv.Read() || !csv.ReadHeader())
                throw new LabelException($"{option}: {source} is empty. Its first line must name the columns file and label.");
            while (csv.Read())
            {
                var file = (csv.TryGetField<string>("file", out var named) || csv.TryGetField("filename", out named) ? named : csv.GetField("file")) ?? "";
                var label = csv.GetField("label");
                var known = DiagnosisNames.Parse(label)
                    ?? throw new LabelException($"{option}: {source}, line {csv.Parser.RawRow}: '{label}' is not a class. Use covid, pneumonia or healthy (or cov, pne, reg).");
                rows.Add(new(file, known, Optional(csv, "patient") ?? Optional(csv, "patient_group"), Optional(csv, "fold"), Optional(csv, "sha256"), csv.Parser.RawRow));
            }
        }
        catch (Exception exception) when (exception is CsvHelperException or IOException or UnauthorizedAccessException)
        {
            throw new LabelException($"{option}: {source} cannot be read as csv with the columns file and label: {exception.Message.Split('\n')[0].Trim()}");
        }
        return new(new LabelTable(source, rows));
    }

    /// <summary>The label of a video by its key, or else by its name alone; null if it has none.</summary>
    public Diagnosis? Find(VideoResult video) => Find(video.Study == video.Video ? video.Video : $"{video.Study}/{video.Video}");

    /// <param name="key">The video's path below the folder that was named, with segments separated by '/'.</param>
    /// <inheritdoc cref="Find(VideoResult)"/>
    public Diagnosis? Find(string key) => Row(key)?.Label;

    /// <summary>
    /// All that is known of a video. From folders, the patient is the names of the folders that name no label; null if there are none.
    /// </summary>
    /// <inheritdoc cref="Find(string)"/>
    public VideoLabel? Row(string key)
    {
        if (_byFile is not null)
            return _byFile.TryGetValue(key, out var row) || _byFile.TryGetValue(key.Split('/')[^1], out row) ? row : null;
        var folders = key.Split('/')[..^1];
        if (folders.Reverse().Select(DiagnosisNames.Parse).FirstOrDefault(named => named is not null) is not { } label)
            return null;
        var patient = string.Join('/', folders.Where(folder => DiagnosisNames.Parse(folder) is null));
        return new(key, label, patient.Length > 0 ? patient : null, Fold: null, Content: null, Line: 0);
    }

    private static string? Optional(CsvReader csv, string column) =>
        csv.TryGetField<string>(column, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
