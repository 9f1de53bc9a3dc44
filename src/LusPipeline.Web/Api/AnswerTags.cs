using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LusPipeline.Web.Api;

/// <summary>
/// Gives each answer of the API a tag of its content, and answers 304 to who has it already. Answers are small, so each is held in memory until its tag is
/// known. The tag is weak, because the answer may be compressed afterwards.
/// </summary>
internal static class AnswerTags
{
    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var held = new MemoryStream();
        context.Response.Body = held;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            context.Response.Body = body;
        }
        if (context.Response.StatusCode == StatusCodes.Status200OK)
        {
            var tag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(SHA256.HashData(held.GetBuffer().AsSpan(0, (int)held.Length)).AsSpan(0, 12))}\"", isWeak: true);
            var headers = context.Response.GetTypedHeaders();
            headers.ETag = tag;
            headers.CacheControl = new() { Private = true, NoCache = true };
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                context.Response.ContentLength = null;
                context.Response.ContentType = null;
                return;
            }
        }
        context.Response.ContentLength = null;
        held.Position = 0;
        await held.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
