using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Hosting.Results;
using LusPipeline.Hosting.Status;

namespace LusPipeline.Web.Api;

/// <summary>The JSON of the API, in the form in which <c>lus</c> prints its own.</summary>
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(StudyListJson))]
[JsonSerializable(typeof(StudyDetailsJson))]
[JsonSerializable(typeof(VideoDetailsJson))]
[JsonSerializable(typeof(TraceJson))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(ModelsJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(VideoJson))]
[JsonSerializable(typeof(EarlierJson))]
[JsonSerializable(typeof(StudyJson))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static ApiJson Lines { get; } = new(Configure(new()));

    /// <summary>Sets names and text as the program's own JSON has them: text in any script stays readable.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.NumberHandling = JsonNumberHandling.Strict;
        return options;
    }
}
