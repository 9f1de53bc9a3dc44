using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Results;
using LusPipeline.Hosting.Run;

namespace LusPipeline.Hosting;

/// <summary>The JSON of this assembly, in the two forms that it is written in.</summary>
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(HomePlaces))]
[JsonSerializable(typeof(StudyReport))]
internal sealed partial class HostingJson : JsonSerializerContext
{
    /// <summary>Answers of the health endpoints: short, without what is null.</summary>
    public static HostingJson Health { get; } = new(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>Results as objects of the bucket, and files of a home folder: for people too, whatever their script.</summary>
    public static HostingJson Report { get; } = new(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
