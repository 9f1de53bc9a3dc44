using System.Text.Encodings.Web;
using System.Text.Json;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>
/// <c>cross_val.json</c> in the paper's form: an object with a fold at each key; a fold has <c>test</c> and <c>train</c>, and each of them is a list of
/// names and a list of as many labels (<c>cov</c>, <c>pne</c>, <c>reg</c>).
/// </summary>
public static class CrossValidationFile
{
    private const long MaxBytes = 64 << 20;
    private const int MaxFolds = 1_000;
    private const int MaxNameLength = 1_024;
    private const string Test = "test";
    private const string Train = "train";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <exception cref="TrainingDataException">
    /// The file is missing, too large, not JSON or not of that form; a side is empty or names a video twice; a video is on both sides of a fold.
    /// </exception>
    public static CrossValidation Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new TrainingDataException($"'{path}' has {length} bytes; a file of folds has at most {MaxBytes}.");
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream, Strict);
            return new(ReadFolds(path, document.RootElement));
        }
        catch (FileNotFoundException missing)
        {
            throw new TrainingDataException($"There is no file of folds '{path}'. Make one: lus train dataset --help.", missing);
        }
        catch (JsonException broken)
        {
            throw new TrainingDataException($"'{path}' is not JSON: {broken.Message}", broken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // A text with half a surrogate pair cannot be read: JsonElement then throws an InvalidOperationException.
            throw new TrainingDataException($"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Writes a new file.</summary>
    /// <exception cref="TrainingDataException">A file of other content stands there.</exception>
    public static void Write(string path, CrossValidation folds)
    {
        ArgumentNullException.ThrowIfNull(folds);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var fold in folds.Folds)
            {
                json.WriteStartObject(fold.Name);
                WriteSide(json, Test, fold.Test);
                WriteSide(json, Train, fold.Train);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(buffer.ToArray()))
            throw new TrainingDataException($"'{path}' exists already, with other folds. Give another file with --out, or delete that one.");
        WholeFile.Replace(path, stream => buffer.WriteTo(stream));
    }

    private static void WriteSide(Utf8JsonWriter json, string side, IReadOnlyList<FoldVideo> videos)
    {
        json.WriteStartArray(side);
        json.WriteStartArray();
        foreach (var video in videos)
            json.WriteStringValue(video.Name);
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (var video in videos)
            json.WriteStringValue(FeatureSetFiles.LabelName(video.Label));
        json.WriteEndArray();
        json.WriteEndArray();
    }

    private static List<Fold> ReadFolds(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new TrainingDataException($"'{path}' must hold an object with a fold at each key, as lus train dataset writes it.");
        var folds = new List<Fold>();
        foreach (var property in root.EnumerateObject())
        {
            if (folds.Count == MaxFolds)
                throw new TrainingDataException($"'{path}' has more than {MaxFolds} folds.");
            folds.Add(ReadFold(path, property.Name, property.Value));
        }
        return folds.Count > 0 ? folds : throw new TrainingDataException($"'{path}' has no folds.");
    }

    private static Fold ReadFold(string path, string name, JsonElement value)
    {
        var where = $"'{path}', fold {Shown(name)}";
        if (name.Length is 0 or > MaxNameLength)
            throw new TrainingDataException($"{where}: a fold's name has 1 to {MaxNameLength} characters.");
        var fold = new Fold(name, ReadSide(where, Train, value), ReadSide(where, Test, value));
        var trained = fold.Train.ToHashSet();
        foreach (var video in fold.Test)
        {
            if (trained.Contains(video))
                throw new TrainingDataException($"{where}: '{Shown(video.Name)}' is on both sides, so its result would mean nothing. Remove it from one of them.");
        }
        return fold;
    }

    private static List<FoldVideo> ReadSide(string fold, string side, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(side, out var lists)
            || lists.ValueKind != JsonValueKind.Array || lists.GetArrayLength() != 2)
            throw new TrainingDataException($"{fold}: it must have '{side}' with two lists, names and labels.");
        var where = $"{fold}, {side}";
        if (lists[0].ValueKind != JsonValueKind.Array || lists[1].ValueKind != JsonValueKind.Array)
            throw new TrainingDataException($"{where}: names and labels must be lists.");
        if (lists[0].GetArrayLength() != lists[1].GetArrayLength())
            throw new TrainingDataException($"{where}: {lists[0].GetArrayLength()} names have {lists[1].GetArrayLength()} labels; there must be one for each.");
        var videos = new List<FoldVideo>(lists[0].GetArrayLength());
        var known = new HashSet<FoldVideo>();
        foreach (var (name, label) in lists[0].EnumerateArray().Zip(lists[1].EnumerateArray()))
        {
            var video = new FoldVideo(Name(where, videos.Count, name), Label(where, videos.Count, label));
            if (!known.Add(video))
                throw new TrainingDataException($"{where}, row {videos.Count}: '{Shown(video.Name)}' stands there twice. Remove one.");
            videos.Add(video);
        }
        return videos.Count > 0 ? videos : throw new TrainingDataException($"{where}: it names no videos.");
    }

    private static string Name(string where, int row, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxNameLength } name
            ? name
            : throw new TrainingDataException($"{where}, row {row}: a name must be a text of 1 to {MaxNameLength} characters.");

    private static Diagnosis Label(string where, int row, JsonElement value) =>
        (value.ValueKind == JsonValueKind.String ? DiagnosisNames.Parse(value.GetString()) : null)
        ?? throw new TrainingDataException($"{where}, row {row}: '{Shown(value.ToString())}' is not a label. Use cov, pne or reg.");

    private static string Shown(string text) => Core.Outcomes.PlainText.Clean(text, 200);
}
