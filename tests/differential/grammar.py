"""The grammar of the scripts that are generated: tables, read by ``generate.py``.

An alternative is a piece of Python with holes:

    <INT>      an expression of that kind; <BOOL>, <STR>, ... see EXPRESSIONS
    <@INT>     the same, which may use the variables that the piece itself binds with <~>
    <$INT>     a variable of that kind; the piece is only chosen where there is one
    <&INT>     the same, but a local one: what may be assigned to or deleted
    <=INT>     a name that the piece binds, new or known
    <~INT>     a name of a comprehension or lambda
    <!INT>     a call of a generated helper that gives that kind
    <#>        a counter of the piece's own
    <BLOCK>    statements; <LOOP>: statements inside of a loop

Kinds are intentions, not types: a variable may hold something else, and one hole in sixty is
filled with just anything, for errors at run time are wanted. ``*3 `` before an alternative is its
weight; marks such as ``@loop `` say where it may stand (see MARKS). The first alternatives of a
table are the simplest: shrinking goes there. What is kept beyond a statement stays small, and what
is looped over cannot grow meanwhile: scripts end by themselves, and soon.
"""

from __future__ import annotations

MARKS = {
    "loop": "inside of a loop",
    "once": "not inside of a loop",
    "shallow": "in at most one loop",
    "task": "in a task or hook",
    "helper": "in a helper that returns something",
    "set": "in a TaskSet",
    "open": "not inside of a comprehension or lambda",
}

# ---- expressions -----------------------------------------------------------------------------

INT = r"""
*3 1
0
2
7
-1
10
4096
*12 <$INT>
*4 <$R>.status_code
*2 len(<STR>)
*2 len(<LIST>)
len(<DICT>)
len(<$R>.content)
*3 <INT> + <INT>
*2 <INT> - <INT>
<INT> * <SMALL>
<INT> // <INT>
*2 <INT> % <INT>
<INT> ** 2 % 1009
-<INT>
~<INT>
<INT> & 6
<INT> | <SMALL>
<INT> ^ 5
<INT> << 2
<INT> >> 1
abs(<INT>)
int(<STR>)
int(<FLOAT>)
int('  42 ')
int('ff', 16)
int(<BOOL>)
round(<FLOAT>)
sum(<INTS>)
sum(<@INT> for <~STR> in <LIST>[:4])
min(<INT>, <INT>)
max(<INT>, <INT>, 3)
max(<INTS>)
min(<INTS>, default=0)
max((<@INT> for <~ITEM> in <ITEMS>[:4]), default=-1)
*2 <ITEM>['id']
<ITEM>['stock']
<ITEM>['count']
<ITEM>['big']
<ITEM>.get('stock', 9)
<ITEM>['lines'][0]['qty']
*2 <$R>.json()['id']
<$R>.json().get('count', -1)
len(<$R>.json()['lines'])
len(<$R>.json())
*2 <INTS>[<SMALL>]
<INTS>[-1]
<LIST>.index(<STR>)
<LIST>.count(<STR>)
<STR>.find(<STR>)
<STR>.rfind(<STR>)
<STR>.count('a')
<STR>.index('a')
ord(<STR>[0])
*3 random.randint(<SMALL>, 9)
random.randint(1, <INT>)
random.randrange(10)
random.randrange(0, 100, 7)
random.randrange(<INT>)
*2 random.choice(<INTS>)
random.getrandbits(8)
<INT> if <BOOL> else <INT>
<INT> or 5
<BOOL> + <INT>
divmod(<INT>, 7)[1]
len(<$R>.history)
len({<INT>, <INT>, 1})
len(self.client.cookies)
math.ceil(<FLOAT>)
math.floor(<INT>)
len(set(self.client.get(<URL>).text[:5]))
*15 <!INT>
clamp(<INT>, high=<INT>)
fib(len(<LIST>) % 5)
bump()
collect(<INT>)
total(<INT>, <INT>, extra=<INT>)
total(*<INTS>)
Config.LEVEL
*2 self.limit
self.environment.parsed_options.users
len(Basket(<INT>).add(<STR>))
(lambda <~INT>: <@INT>)(<INT>)
BY_ID(<ITEM>)
@open (<=INT> := <INT>)
"""

SMALL = r"""
1
0
2
3
<INT> % 4
len(<LIST>) % 3
"""

FLOAT = r"""
0.5
*6 <$FLOAT>
2.0
-0.0
1e22
1e-07
3.14159
*2 <INT> / <INT>
<INT> / 4
<FLOAT> + <INT>
<FLOAT> - <FLOAT>
<FLOAT> * 1.1
<FLOAT> // 0.3
<FLOAT> % 0.7
<INT> ** -1
<FLOAT> ** 0.5
float(<STR>)
float('1e5')
float('nan')
float('inf')
float(<INT>)
round(<FLOAT>, 2)
round(<FLOAT>, <SMALL>)
abs(<FLOAT>)
*2 <ITEM>['price']
<ITEM>.get('ratio', 0.0)
sum(<@FLOAT> for <~ITEM> in <ITEMS>[:4])
sum([<FLOAT>, <INT>])
max(<FLOAT>, <INT>)
*2 random.random()
*2 random.uniform(0, <INT>)
random.uniform(<FLOAT>, 2.5)
random.gauss(0, 1)
time.time()
math.floor(<FLOAT>)
*6 <!FLOAT>
<FLOAT> if <BOOL> else <INT>
"""

STR = r'''
*2 'a'
'ada'
''
'x y'
'A-b_c.d~'
'0042'
' 3.5 '
'a/b?c=d&e=%20'
'größe €😀'
'100%'
'one,two;three'
'"q"'
'line\nbreak\t'
'\x00\ud800'
*12 <$STR>
*4 str(<INT>)
*2 str(<FLOAT>)
str(<BOOL>)
str(<ANY>)
repr(<ANY>)
*3 <STR> + <STR>
<STR> * <SMALL>
*4 f"""<TEXT>{<INT>}"""
*3 f"""{<STR>}<TEXT>{<ANY>}"""
*2 f"""{<FLOAT>:.2f}"""
f"""{<FLOAT>:.0f}<TEXT>{<FLOAT>:.1f}"""
f"""{<INT>:04d}"""
f"""{<INT>:,}"""
f"""{<INT>:02d}:{<INT>:>6}:{<INT>:x}"""
f"""{<FLOAT>:,.3f}"""
f"""{<FLOAT>:8.3f}|{<FLOAT>:e}|{<FLOAT>:g}|{<FLOAT>:.1%}"""
f"""{<STR>!r}"""
f"""{<ANY>!r}<TEXT>{<ANY>!s}"""
f"""{<INT>=}"""
f"""{<STR>:>8}|{<STR>:<6}|{<STR>:^5}|{<STR>:.3}"""
f"""{<INT>:{<SMALL>}d}"""
*2 '<TEXT>%s' % <ANY>
'%d of %d' % (<INT>, <INT>)
'%05.2f%%' % <FLOAT>
'%s-%s' % (<STR>, <INT>)
'%r %x %5s|%-5s|' % (<STR>, <INT>, <STR>, <STR>)
'%(a)s' % {'a': <ANY>}
*2 '{}<TEXT>{}'.format(<STR>, <INT>)
'{0}{1}{0}'.format(<STR>, <INT>)
'{n:03d} {s!r}'.format(n=<INT>, s=<STR>)
'{:.1f}'.format(<FLOAT>)
'{a[0]} {b.status_code}'.format(a=<LIST>, b=<$R>)
'{}'.format(*<LIST>)
*2 <LIST>[<SMALL>]
<LIST>[-1]
<LIST>[<INT>]
*3 <ITEM>['name']
<ITEM>['token']
<ITEM>['note']
<ITEM>['next']
<ITEM>['missing']
<ITEM>.get('name')
<ITEM>.get('note', 'none')[:5]
<ITEM>['owner']['name']
<ITEM>['owner']['address']['city']
<ITEM>['lines'][0]
*4 <$R>.json()['name']
<$R>.json()['tags'][0]
<$R>.json().get('token')
<$R>.json()['owner']['address'].get('zip', '?')
*3 <$R>.text[:20]
*2 <$R>.text
<$R>.text[-9:].strip()
<$R>.content[:9].decode('latin-1')
<$R>.reason
<$R>.headers['Content-Type']
<$R>.headers.get('x-part', 'none')
<$R>.headers['Content-Length']
<$R>.headers.get('X-Count')
<$R>.headers.get('set-cookie')
<$R>.cookies.get('sid', '-')
<$R>.cookies['lang']
<$R>.url.split('/', 3)[-1]
<$R>.encoding
str(<$R>)
str(<$R>.error)
str(<$RL>)
*2 <STR>[:<SMALL>]
<STR>[<SMALL>]
<STR>[<INT>:]
<STR>[::-1]
<STR>[1:-1]
<STR>[<INT>]
*2 <STR>.upper()
<STR>.lower()
<STR>.title()
<STR>.capitalize()
<STR>.casefold()
*2 <STR>.strip()
<STR>.rstrip('/')
<STR>.lstrip('0')
*2 <STR>.replace('a', 'bb')
<STR>.replace(<STR>, '-')
<STR>.split(',')[0]
<STR>.split()[-1]
<STR>.split('/', 1)[1]
<STR>.rsplit('-', 1)[0]
<STR>.partition('=')[2]
<STR>.rpartition('/')[0]
<STR>.zfill(5)
<STR>.ljust(6, '.')
<STR>.rjust(6)
<STR>.center(7)
<STR>.removeprefix('a')
<STR>.removesuffix('a')
<STR>.swapcase()
<STR>.expandtabs(4)
<STR>.translate({97: 'A'})
<STR>.encode().decode('ascii', 'replace')
<STR>.encode('utf-8').hex()
*3 ','.join(<LIST>)
<STR>.join(<LIST>)
'-'.join(str(<@INT>) for <~INT> in <INTS>[:4])
''.join(random.choices('abc', k=<SMALL>))
''.join(sorted(<STR>))
''.join(reversed(<STR>))
*3 random.choice(<LIST>)
random.choice(['a', 'b', <STR>])
random.choice(<STR>)
random.choice(list(<DICT>))
*2 json.dumps(<PAYLOAD>)
json.dumps(<DICT>, indent=1)
json.dumps(<ITEM>, sort_keys=True, separators=(',', ':'))
json.dumps(<STR>, ensure_ascii=False)
*3 <STR> or 'none'
<STR> and <STR>
<STR> if <BOOL> else <STR>
max(<LIST>)
min(<LIST>, key=len)
max(<STR>, <STR>)
type(<ANY>).__name__
chr(97 + <SMALL>)
hex(<INT>)
bin(<INT>)
str(uuid.uuid4())
uuid.uuid4().hex[:8]
datetime.now().isoformat()[:10]
datetime.now().strftime('%Y-%m-%dT%H:%M:%S')
(datetime(2024, 2, 28) + timedelta(days=<SMALL>)).isoformat()
time.strftime('%Y')
self.client.base_url[:7]
self.environment.host[:4]
self.client.cookies.get('sid', 'none')
*2 self.region
Config.URL
Color.RED.name
*6 str(<$E>)
*2 repr(<$E>)
type(<$E>).__name__
<$E>.args[0]
*25 <!STR>
hashlib.md5(<STR>.encode()).hexdigest()
hashlib.sha256(<STR>.encode('utf-8', 'replace')).hexdigest()[:8]
base64.b64encode(<STR>.encode()).decode()
re.sub('[aeiou]+', '_', <STR>)
re.search('([a-z]+)', <STR>).group(1)
PATTERN.findall(<STR>)[0]
quote(<STR>)
quote_plus(<STR>)
self.client.headers['Accept']
self.client.headers.get('x-session', 'none')
max(Counter(self.client.get(<URL>).text[:9]), key=str.upper, default='')
sorted([<STR>, <!STR>], key=str.upper)[0]
urlencode({'a': <STR>, 'b': <INT>})
SHOUT(<STR>)
BY_NAME(<ITEM>)
next(CYCLE)
(lambda <~STR>: <@STR>)(<STR>)
getattr(self, 'label', 'none')
getattr(self, <STR>)
os.environ.get('GOOSE_NO_SUCH', 'unset')
os.path.basename(<STR>)
string.ascii_lowercase[:<SMALL>]
Basket(<INT>).label
@open (<=STR> := <STR>)
'''

TEXT = r"""
-
/

ä
 is
{{}}
"""

BOOL = r"""
*2 True
False
*4 <$BOOL>
*4 <$R>.ok
*6 <$R>.status_code == 200
*2 <$R>.status_code != 200
*2 <$R>.status_code in (200, 201)
<$R>.status_code >= 400
bool(<$R>)
<$R>.is_redirect
<$R>.elapsed.total_seconds() < 900
*3 <INT> < <INT>
<INT> <= <INT> < <INT>
<INT> > 3
<INT> != <INT>
<INT> == <FLOAT>
<FLOAT> >= <FLOAT>
<FLOAT> < <INT>
*2 <STR> == <STR>
<STR> != 'a'
<STR> < <STR>
*3 <STR> in <STR>
*2 <STR> in <LIST>
<STR> not in <LIST>
<STR> in <DICT>
*2 'name' in <ITEM>
'stock' not in <ITEM>
<INT> in <INTS>
<INT> in range(<SMALL>)
*2 'id' in <$R>.json()
*2 'red' in <$R>.text
b'id' in <$R>.content
<ANY> in {1, 'a', None}
<INT> not in {1, 2, 3}
'X-Part' in <$R>.headers
*3 <ANY> is None
*2 <ANY> is not None
<BOOL> is True
<LIST> is <LIST>
<ANY> == <ANY>
<ANY> != <ANY>
<LIST> == <LIST>
<DICT> == <DICT>
(<INT>, <STR>) < (<INT>, <STR>)
<INTS> <= <INTS>
*3 not <BOOL>
*3 <BOOL> and <BOOL>
*3 <BOOL> or <BOOL>
*2 isinstance(<ANY>, <TYPE>)
isinstance(<ITEM>, dict)
*2 bool(<ANY>)
any(<LIST>)
all(<INTS>)
any(<@BOOL> for <~STR> in <LIST>[:4])
all(<@BOOL> for <~ITEM> in <ITEMS>[:4])
*2 <STR>.startswith('a')
<STR>.endswith((<STR>, 'b'))
<STR>.isdigit()
<STR>.isalpha()
<STR>.isspace()
<STR>.isupper()
<STR>.isidentifier()
hasattr(self, 'label')
hasattr(<ANY>, 'items')
callable(<ANY>)
*2 random.random() < 0.5
random.choice([True, False])
<BOOL> if <BOOL> else <BOOL>
<ITEM>['active']
*10 <!BOOL>
Color.RED is Color.RED
Color(1) == Color.RED
issubclass(type(<ANY>), str)
bool(re.match('[a-z]', <STR>))
"""

TYPE = r"""
str
int
(int, float)
dict
list
bool
type(None)
"""

LIST = r"""
*2 ['a', 'b']
[]
*9 <$LIST>
*3 [<STR>, <STR>]
[str(<INT>), <STR>, <STR>]
[*<LIST>, <STR>]
*2 <STR>.split(',')
<STR>.split()
<STR>.splitlines()
list(<STR>)[:4]
*3 [<@STR> for <~STR> in <LIST>[:4]]
[<@STR> for <~STR> in <LIST>[:4] if <@BOOL>]
[<@STR> for <~INT> in range(<SMALL>)]
[<@STR> for <~INT>, <~STR> in enumerate(<LIST>[:4])]
*2 [<@STR> for <~ITEM> in <ITEMS>[:4]]
[<@STR> for <~STR>, <~ANY> in <DICT>.items()]
[<@STR> for <~STR> in <LIST>[:2] for <~INT> in range(2)]
*2 <LIST>[:<SMALL>]
<LIST>[1:]
<LIST>[::-1]
<LIST>[::2]
<LIST>[<INT>:<INT>]
<LIST> + <LIST>
<LIST>[:3] * <SMALL>
*2 sorted(<LIST>)
sorted(<LIST>, reverse=True)
sorted(<LIST>, key=len)
sorted(<LIST>, key=str.lower)
sorted(<LIST>, key=lambda <~STR>: <@INT>)
sorted(set(<LIST>))
list(reversed(<LIST>))
list(<DICT>)
sorted(<DICT>.keys())
*2 <ITEM>['tags']
<$R>.json()['tags']
<$R>.text.split()
random.sample(<LIST>, <SMALL>)
random.sample(<LIST>, k=2)
random.choices(<LIST>, k=<SMALL>)
random.choices(<LIST>, weights=[1, 2], k=2)
<LIST> or ['none']
<LIST> if <BOOL> else <LIST>
list(<LIST>)
list(filter(None, <LIST>))
list(map(str, <INTS>))
<LIST>.copy()
[<STR>] * 2
re.findall('[a-z]', <STR>)[:4]
Counter(<LIST>).most_common(1)[0]
*10 <!LIST>
"""

INTS = r'''
*2 [1, 2, 3]
[]
*6 <$INTS>
[<INT>, <INT>]
[<@INT> for <~INT> in range(<SMALL>)]
[<@INT> for <~STR> in <LIST>[:4]]
[<@INT> for <~ITEM> in <ITEMS>[:4]]
list(range(<SMALL>))
list(range(5, 0, -2))
(<INT>, <INT>, 4)
range(1, 4)
sorted(<INTS>)
sorted(<INTS>, key=lambda <~INT>: <@INT>)
<INTS>[::-1]
random.sample(range(20), 3)
list(map(len, <LIST>))
list(squares(<SMALL>))
[self.client.get(f"""/items/{<@INT>}""").status_code for <~INT> in range(2)]
'''

DICT = r"""
*2 {'a': 1}
{}
*9 <$DICT>
*2 {'a': <INT>, <STR>: <STR>}
{'n': <SCALAR>, 's': <SCALAR>}
dict(a=<INT>, b=<STR>)
{**<DICT>, 'k': <SCALAR>}
<DICT> | {'k': <SCALAR>}
{<@STR>: <@INT> for <~STR> in <LIST>[:4]}
{<@STR>: <@STR> for <~ITEM> in <ITEMS>[:4]}
{<~STR>: <@SCALAR> for <~STR>, <~ANY> in <DICT>.items() if <@BOOL>}
dict(zip(<LIST>, <INTS>))
dict([('a', <INT>)])
dict.fromkeys(<LIST>, 0)
<DICT>.copy()
dict(<$R>.headers.items())
dict(<$R>.cookies)
<DICT> or {'e': 1}
Counter(<STR>[:5])
<ITEM>
"""

ITEM = r"""
*9 <$ITEM>
*9 <$R>.json()
{'id': 1, 'name': 'x'}
ROWS[0]
random.choice(ROWS)
CONFIG
*2 <ITEMS>[0]
<ITEMS>[-1]
<ITEMS>[<SMALL>]
random.choice(<ITEMS>)
<ITEM>['owner']
<ITEM>.get('owner', {})
<$R>.json()['lines'][0]
{'id': <INT>, 'name': <STR>, 'price': <FLOAT>, 'tags': <LIST>}
dict(<ITEM>, id=<INT>)
json.loads('{"id": 4, "name": "j", "tags": ["t"], "price": 2.50}')
json.loads(<$R>.text)
json.loads(json.dumps(<ITEM>))
json.loads(<STR>)
next((<~ITEM> for <~ITEM> in <ITEMS>[:4] if <@BOOL>), {})
<ITEM> or {'id': 0}
*8 <!ITEM>
"""

ITEMS = r"""
*2 ROWS
*6 <$ITEMS>
*4 <$RL>.json()
<$R>.json()['lines']
<ITEM>['lines']
[<ITEM>, <ITEM>]
[{'id': <@INT>} for <~INT> in range(<SMALL>)]
[<~ITEM> for <~ITEM> in <ITEMS>[:4] if <@BOOL>]
sorted(<ITEMS>, key=lambda <~ITEM>: <@INT>)
sorted(<ITEMS>, key=lambda <~ITEM>: (<@STR>, <@INT>))
<ITEMS>[:2]
list(<ITEMS>)
<ITEMS> or []
"""

SCALAR = r"""
<INT>
*2 <STR>[:30]
str(<ANY>)[:30]
<FLOAT>
<BOOL>
None
"""

ANY = r"""
None
*6 <$ANY>
*2 <INT>
*2 <STR>
<FLOAT>
<BOOL>
<LIST>
<DICT>
<ITEM>
<INTS>
*2 <$R>
(<INT>, <STR>)
b'bytes'
<STR>.encode()
{<INT>, <INT>}
2 ** 70
[<ANY>, [<ANY>]]
<DICT>.get(<STR>)
<DICT>.get('a', <ANY>)
<DICT>[<STR>]
PRICES['a']
<ITEM>.get('stock')
<LIST>[0]
<ANY> or <ANY>
<ANY> and <ANY>
list(<DICT>.values())
list(<DICT>.items())
list(enumerate(<LIST>))
list(zip(<LIST>, <INTS>))
(*<LIST>, <INT>)
...
<$E>
Color.RED
datetime(2024, 1, 2, 3, 4, 5)
timedelta(seconds=<INT>)
Decimal('1.10')
"""

# ---- requests ---------------------------------------------------------------------------------

URL = r'''
*4 '/items/1'
*8 f"""/items/{<INT>}"""
*2 f"""/items/{<STR>}"""
f"""/items/{<INT>}/{<STR>}?q={<ANY>}"""
'/items/' + str(<INT>)
'/items/%d' % <INT>
'/items/{}'.format(<SCALAR>)
'/items?name=' + <STR>
*2 random.choice(PATHS)
*4 '/k/<KIND>/items/2'
f"""/k/<KIND>/items/{<INT>}"""
*2 '/echo'
'/'
f"""{self.environment.host}/items/{<INT>}"""
'/items/größe x'
<ITEM>['next']
Config.URL + str(<INT>)
<STR>
'''

LIST_URL = r'''
*3 '/list/3'
f"""/list/{<INT>}"""
'/k/<KIND>/list/3'
'/list?n=2'
'''

OPTIONS = r"""
*9
*4 , name='item'
, name=<STR>
*3 , params=<PARAMS>
*3 , headers=<HEADERS>
, cookies={'a': <STR>}
, allow_redirects=False
, timeout=9
, auth=('u', <STR>)
, name='n', headers={'X-A': 'b'}, params={'q': 1}
, verify=False, stream=True
, **{'name': 'starred'}
, **{'headers': <HEADERS>, 'timeout': 7}
, catch_response=True
"""

BODY = r"""
*6 , json=<PAYLOAD>
*3 , data=<DATA>
, <DATA>

, data=<DATA>, json={'a': 1}
, files={'f': ('a.txt', <STR>.encode())}
"""

PAYLOAD = r"""
{'a': 1}
*4 {'a': <INT>, 'b': <STR>}
*2 {'v': <ANY>}
{'list': <LIST>, 'nested': {'item': <ITEM>}}
*2 <DICT>
<ITEM>
<LIST>
<INTS>
[<ANY>, <FLOAT>]
{**<DICT>, 'n': <INT>}
<SCALAR>
"""

DATA = r"""
{'a': 1}
*3 {'a': <STR>, 'b': <INT>}
<DICT>
*2 <STR>
<STR>.encode()
json.dumps(<PAYLOAD>)
[('a', <STR>), ('a', <INT>)]
{'l': <LIST>, 'none': None}
b'raw'
<ANY>
"""

PARAMS = r"""
*3 {'q': <STR>}
*2 {'n': <INT>, 'f': <FLOAT>}
{'l': <LIST>, 'none': None, 'b': <BOOL>}
[('a', <STR>), ('b', <INT>)]
'a=b&c'
<DICT>
<ANY>
"""

HEADERS = r"""
*3 {'X-A': 'a'}
*3 {'X-A': <STR>}
{'X-A': str(<INT>), 'accept': 'text/html'}
{'Content-Type': 'application/json'}
{'X-None': None, 'User-Agent': <STR>}
{'X-Any': <ANY>}
{'Cookie': 'a=b'}
"""

CALL = r"""
*12 self.client.get(<URL><OPTIONS>)
*6 self.client.post(<URL><BODY><OPTIONS>)
*2 self.client.put(<URL><BODY><OPTIONS>)
self.client.patch(<URL><BODY><OPTIONS>)
*2 self.client.delete(<URL><OPTIONS>)
self.client.head(<URL><OPTIONS>)
self.client.options(<URL><OPTIONS>)
self.client.get(<URL>, nonsense=1)
self.client.request('GET', <URL><OPTIONS>)
self.client.request('POST', <URL>, json=<PAYLOAD>)
self.client.get(url=<URL><OPTIONS>)
self.client.get('/items', <PARAMS>)
getattr(self.client, 'get')(<URL>)
getattr(self.client, random.choice(['get', 'post']))(<URL>)
fetch(self, <SMALL>)
<!R>
"""

LIST_CALL = r"""
*3 self.client.get(<LIST_URL><OPTIONS>)
self.client.post(<LIST_URL><BODY>)
"""

CAUGHT = r"""
*6 self.client.get(<URL>, catch_response=True)
*2 self.client.get(<URL>, name='caught', catch_response=True)
*3 self.client.post(<URL><BODY>, catch_response=True)
self.client.get(<URL>)
self.client.put(<URL><BODY>, catch_response=True, name=<STR>)
"""

# ---- statements -------------------------------------------------------------------------------

STATEMENT = r'''
*30 <CALL>
*40 <=R> = <CALL>
*15 <=RL> = <LIST_CALL>
*30 with <CAUGHT> as <=R>:<JUDGED>
*8 self.client.post('/echo', json=<PAYLOAD>)
*10 self.client.get(f"""/seen/{<STR>}""")
*8 self.client.get('/seen', params={'v': <ANY>})
*5 <=INT> = <SMALL>
*5 @once <=INT> = <INT>
*5 @loop <=INT> = <INT> % 10007
*6 @once <=STR> = <STR>
*3 @loop <=STR> = <STR>[:40]
*2 <=FLOAT> = <FLOAT>
*2 <=BOOL> = <BOOL>
*3 @once <=LIST> = <LIST>
*3 @loop <=LIST> = <LIST>[:8]
@once <=INTS> = <INTS>
*3 @once <=DICT> = <DICT>
*3 <=ITEM> = <ITEM>
*2 <=ITEMS> = <ITEMS>[:4]
@once <=ANY> = <ANY>
<=STR>: str = 'typed'
@once <=INT> = <=ANY> = <INT>
*2 @once <=INT>, <=STR> = <INT>, <STR>
@once (<=INT>, <=STR>), <=ANY> = (<INT>, <STR>), None
@once <=STR>, <=ANY> = <LIST>
@once <=STR>, *<=LIST> = <LIST>
@once <=STR>, _, <=STR> = <STR>.partition('-')
@once [<=ANY>, <=ANY>] = <ANY>
<&INT>, <&ANY> = <&ANY>, <&INT>
*4 <&INT> += <SMALL>
<&INT> -= <INT>
<&INT> *= 2
<&INT> //= <INT>
<&INT> %= 7
<&FLOAT> += <FLOAT>
<&FLOAT> /= <INT>
<&STR> += 'x'
<&STR> += <STR>[:3]
*2 <&LIST> += [<STR>]
*6 self.count += <SMALL>
*2 self.count = <INT> % 10007
*2 self.label = <STR>[:30]
self.label += 'y'
*2 self.total += <FLOAT>
*2 self.last = <SCALAR>
self.last = str(<ANY>)[:60]
*2 self.item = <ITEM>
*2 self.seen = <LIST>[:6]
*3 self.seen.append(<STR>[:20])
*2 self.cart[<STR>[:9]] = <SCALAR>
self.cart['n'] = self.cart.get('n', 0) + 1
self.fresh = <SMALL>
del self.fresh
*3 <$LIST>.append(<STR>[:20])
<$LIST>.append({'id': <INT>})
<$LIST>.extend([<STR>])
<$LIST>.insert(0, <STR>[:20])
*2 <$LIST>.pop()
<=STR> = <$LIST>.pop(0)
<$LIST>.remove(<STR>)
<$LIST>.sort()
<$LIST>.sort(key=len, reverse=True)
<$LIST>.reverse()
<$LIST>.clear()
<$LIST>[0] = <STR>[:20]
<$LIST>[<INT>] = <SCALAR>
<$LIST>[1:2] = ['p', 'q']
del <$LIST>[0]
random.shuffle(<$LIST>)
bisect.insort(<$LIST>, <STR>[:20])
*3 <$DICT>[<STR>[:9]] = <SCALAR>
<$DICT>.update({'u': <SCALAR>})
<$DICT>.update(v=<SCALAR>)
<$DICT>.setdefault('d', <SCALAR>)
<=ANY> = <$DICT>.pop(<STR>, None)
<=ANY> = <$DICT>.pop('a')
del <$DICT>['a']
<$DICT>.clear()
*2 <$ITEM>['name'] = <STR>[:20]
<$ITEM>['owner']['name'] = <STR>[:20]
<$ITEM>['id'] += 1
<$ITEM>['tags'].append(<STR>[:20])
del <$ITEM>['id']
<$ITEMS>.append({'id': <SMALL>})
*10 if <BOOL>:<BLOCK>
*6 if <BOOL>:<BLOCK>else:<BLOCK>
*3 if <BOOL>:<BLOCK>elif <BOOL>:<BLOCK>else:<BLOCK>
if (<=INT> := <INT>) > 2:<BLOCK>
if (<=ITEM> := <ITEM>.get('owner')):<BLOCK>
*4 @shallow for <=INT> in range(<SMALL>):<LOOP>
@shallow for <=INT> in range(<INT> % 4, 3):<LOOP>
@shallow for _ in range(2):<LOOP>
*4 @shallow for <=STR> in <LIST>[:3]:<LOOP>
*2 @shallow for <=STR> in <$LIST>[:4]:<LOOP>else:<BLOCK>
@shallow for <=STR> in DAYS:<LOOP>
@shallow for <=STR> in <STR>[:3]:<LOOP>
*2 @shallow for <=INT>, <=STR> in enumerate(<LIST>[:3]):<LOOP>
@shallow for <=INT>, <=STR> in enumerate(<LIST>[:3], 1):<LOOP>
*2 @shallow for <=STR>, <=ANY> in <DICT>.items():<LOOP>
@shallow for <=STR> in dict(<DICT>):<LOOP>
@shallow for <=STR>, <=INT> in zip(<LIST>[:3], <INTS>):<LOOP>
*3 @shallow for <=ITEM> in <ITEMS>[:3]:<LOOP>
*2 @shallow for <=ITEM> in <$RL>.json():<LOOP>
@shallow for <=ITEM> in <$R>.json()['lines']:<LOOP>
@shallow for <=ANY> in reversed(<LIST>[:3]):<LOOP>
@shallow for <=INT> in squares(3):<LOOP>
*3 @shallow <#> = 0\nwhile <#> < 3 and <BOOL>:\n    <#> += 1\n    <LOOP>
*2 @shallow <#> = 0\nwhile True:\n    <#> += 1\n    if <#> >= 3:\n        break\n    <LOOP>
@shallow <#> = 2\nwhile <#>:\n    <#> -= 1\n    <LOOP>else:<BLOCK>
*4 @loop if <BOOL>:\n    break
*4 @loop if <BOOL>:\n    continue
@loop break
@loop continue
*4 @task if <BOOL>:\n    return
@task return
*3 @helper if <BOOL>:\n    return <RETURNED>
*5 try:<BLOCK>except <CAUGHT_ERROR> as <=E>:<BLOCK>
*3 try:<BLOCK>except <CAUGHT_ERROR>:<BLOCK>
*2 try:<BLOCK>except <CAUGHT_ERROR>:<BLOCK>else:<BLOCK>
*2 try:<BLOCK>finally:<BLOCK>
try:<BLOCK>except <CAUGHT_ERROR> as <=E>:<BLOCK>finally:<BLOCK>
try:<BLOCK>except KeyError:<BLOCK>except (ValueError, TypeError) as <=E>:<BLOCK>
try:<BLOCK>except:<BLOCK>
try:<BLOCK>except Exception as <=E>:\n    logging.exception('caught %s', <ANY>)\n    raise
try:<BLOCK>except Exception as <=E>:\n    raise RuntimeError(<STR>) from <$E>
*2 if <BOOL>:\n    raise <RAISED>
*2 assert <BOOL>
*2 assert <BOOL>, <STR>
*2 print(<STR>)
print(<ANY>, <INT>, sep='|', end=';')
*2 logging.info('%s and %s', <ANY>, <INT>)
logging.warning(<STR>)
logger.debug('%d', <ANY>)
logger.error(f"""{<STR>}: {<ANY>}""")
pass
time.sleep(0)
*12 <!NOTHING>
*10 <=STR> = <!STR>
*12 <=R> = <!R>
*5 self.check(<$R>)
self.client.headers['X-Session'] = <STR>
self.client.headers['x-session'] = f"""{<INT>}"""
del self.client.headers['X-Session']
self.client.headers.update(**{'X-Upd': <STR>})
self.client.cookies['own2'] = <STR>
self.client.cookies.update({'own3': <STR>})
self.client.headers.update({'X-Upd': str(<INT>)})
self.client.headers.pop('X-Session', None)
self.client.cookies.set('own', <STR>)
self.client.cookies.clear()
<$R>.raise_for_status()
*2 <$R>.failure(<STR>)
<$R>.success()
SEEN.append(<STR>[:20])
STATE['n'] = STATE.get('n', 0) + <SMALL>
STATE[<STR>[:9]] = <SCALAR>
<=STR> = JOBS.popleft()
with LOCK:<BLOCK>
with timed(<STR>):<BLOCK>
with timed(<STR>) as <=STR>:\n    self.client.get(<URL>)
with LOCK, timed(<STR>):\n    self.client.get(<URL>)\n    raise KeyError(<STR>)
import random as rnd\n<=INT> = rnd.randint(1, <SMALL>)
from random import choice as pick\n<=STR> = pick('abc')
def inner(k):\n    return k + <SMALL>\n<=INT> = inner(<INT>)
def send(k):\n    return self.client.get(f"""/items/{k}""")\n<=R> = send(<SMALL>)
import math as m\n<=FLOAT> = m.sqrt(<INT>)
match <ANY>:\n    case 1:<BLOCK>    case _:<BLOCK>
@set @task if <BOOL>:\n    self.interrupt()
@set @task if <BOOL>:\n    self.interrupt(reschedule=False)
@set <=STR> = self.user.region
@set self.user.left += 0
"docstring"
del <&STR>
'''

JUDGEMENT = r'''
*4 if <$R>.status_code != 200:\n    <$R>.failure(f"""status {<$R>.status_code}: {<$R>.text[:30]}""")
*3 <$R>.failure(<STR>)
*3 <$R>.success()
*2 if <BOOL>:\n    <$R>.failure(f"""{<STR>} {<ANY>!r}""")
if <BOOL>:\n    <$R>.success()\nelse:\n    <$R>.failure(<STR>)
<$R>.failure(<ANY>)
raise ResponseError(<STR>)
@task return
@helper return <RETURNED>
@loop break
@loop continue
*2 if '"id"' not in <$R>.text:\n    <$R>.failure('no id in ' + <$R>.text[:40])
if <$R>.elapsed.total_seconds() > 900:\n    <$R>.failure('slow')
*2 <=ITEM> = <$R>.json()
'''

CAUGHT_ERROR = r"""
*6 Exception
*3 KeyError
*2 (KeyError, TypeError)
*2 ValueError
json.JSONDecodeError
json.decoder.JSONDecodeError
*2 TypeError
AttributeError
IndexError
LookupError
ZeroDivisionError
ArithmeticError
AssertionError
HTTPError
Trouble
UnboundLocalError
(ZeroDivisionError, Trouble, IndexError)
<ANY>
"""

RAISED = r"""
*4 ValueError(<STR>)
*2 Trouble(<STR>, <INT>)
Trouble
KeyError(<ANY>)
*3 RescheduleTask
RescheduleTask()
RescheduleTaskImmediately()
*2 StopUser()
ResponseError(<STR>)
RuntimeError
<ANY>
"""

EXPRESSIONS = str.split(
    "INT SMALL FLOAT STR TEXT BOOL TYPE LIST INTS DICT ITEM ITEMS SCALAR ANY URL LIST_URL OPTIONS "
    "BODY PAYLOAD DATA PARAMS HEADERS CALL LIST_CALL CAUGHT CAUGHT_ERROR RAISED"
)
"""Names of the tables above that hold expressions, or pieces of them."""

PIECES = frozenset({"TEXT", "OPTIONS", "BODY"})
"""Those that are no expressions by themselves: no parentheses go round them."""

ODD = frozenset({"INT", "FLOAT", "STR", "BOOL", "LIST", "DICT", "ITEM", "ITEMS", "INTS"})
"""Kinds of which one hole in sixty is filled with anything."""

# ---- what a module has besides ------------------------------------------------------------------

IMPORTS = """
import base64
import bisect
import hashlib
import itertools
import json
import logging
import math
import operator
import os
import random
import re
import string
import threading
import time
import uuid
from collections import Counter, deque
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from urllib.parse import quote, quote_plus, urlencode
"""

GOOSE_NAMES = str.split(
    "HTTPError HttpUser RescheduleTask RescheduleTaskImmediately ResponseError SequentialTaskSet "
    "StopUser TaskSet between constant task"
)

CONSTANTS: dict[str, tuple[str, str]] = {
    "LIMIT": ("INT", "7"),
    "BIG": ("INT", "2 ** 63 - 1"),
    "RATE": ("FLOAT", "0.25"),
    "TITLE": ("STR", "'Größe 1'"),
    "NAMES": ("LIST", "['ada', 'Bob', 'zoë']"),
    "EMPTY": ("LIST", "[]"),
    "SIZES": ("INTS", "[1, 2, 300]"),
    "PRICES": ("DICT", "{'a': 1.5, 'b': 2, 'c': None, 'd': 'x'}"),
    "ROWS": (
        "ITEMS",
        "[{'id': 1, 'name': 'one', 'price': 0.1, 'stock': 4, 'tags': ['x', 'y'], 'lines': [],"
        " 'owner': {'id': 7, 'name': 'me', 'address': {'city': 'Rome'}}, 'token': 't', 'note': '',"
        " 'count': 5, 'big': 2 ** 64, 'ratio': 0.5, 'next': '/items/2', 'active': True},"
        " {'id': 2, 'name': 'two', 'price': 3, 'tags': [], 'lines': [{'id': 3, 'qty': 1}]}]",
    ),
    "CONFIG": (
        "ITEM",
        "{**ROWS[0], 'name': 'conf', 'tags': ['t'], 'lines': [{'id': 9, 'qty': 3}]}",
    ),
    "PAIR": ("ANY", "('p', 2)"),
    "DAYS": ("", "('mon', 'tue')"),
    "PATHS": ("LIST", "['/items/3', '/list/2', '/echo?x=1', '/k/missing/1']"),
    "SEEN": ("LIST", "[]"),
    "STATE": ("DICT", "{}"),
    "JOBS": ("", "deque(['j1', 'j2', 'j3'])"),
    "CYCLE": ("", "itertools.cycle(['c1', 'c2', 'c3'])"),
    "PATTERN": ("", "re.compile('[a-z]+')"),
    "LOCK": ("", "threading.Lock()"),
    "SHOUT": ("", "partial(str.replace, 'ooo!', 'o')"),
    "BY_NAME": ("", "operator.itemgetter('name')"),
    "BY_ID": ("", "operator.itemgetter('id')"),
    "HITS": ("", "0"),
    "logger": ("", "logging.getLogger('script')"),
}
"""Module constants: the kind they are used as (none: only by name), and their source."""

SNIPPETS = {
    "Config": """
class Config:
    LEVEL = 3
    URL = '/items/'
""",
    "Color": """
class Color(Enum):
    RED = 1
    BLUE = 'b'
""",
    "Trouble": """
class Trouble(Exception):
    pass
""",
    "Basket": """
class Basket:
    def __init__(self, number):
        self.number = number
        self.things = []

    def add(self, thing):
        self.things.append(thing)
        return self

    def __len__(self):
        return len(self.things)

    @property
    def label(self):
        return f'basket {self.number}'
""",
    "clamp": """
def clamp(n, low=0, *, high=9):
    return max(low, min(n, high))
""",
    "fib": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
""",
    "bump": """
def bump():
    global HITS
    HITS += 1
    return HITS
""",
    "collect": """
def collect(thing, into=[]):
    into.append(thing)
    return len(into)
""",
    "total": """
def total(*values, **named):
    return sum(values) + len(named)
""",
    "squares": """
def squares(n):
    for i in range(n):
        yield i * i
""",
    "fetch": """
def fetch(user, n):
    return user.client.get(f'/items/{n}', name='/items/[n]')
""",
    "timed": """
@contextmanager
def timed(what):
    yield what
    logging.info('done %s', what)
""",
}
"""Helpers of modules, by the name they are used by."""

ATTRIBUTES: dict[str, tuple[str, str]] = {
    "count": ("INT", "0"),
    "total": ("FLOAT", "0.0"),
    "label": ("STR", "'new'"),
    "last": ("ANY", "None"),
    "seen": ("LIST", "[]"),
    "cart": ("DICT", "{}"),
    "item": ("ITEM", "{}"),
}
"""Attributes of users: kind, and the value they begin with."""

CLASS_ATTRIBUTES = {"limit": "3", "region": "'eu'"}

CHECK = """
def check(self, response, expected=200):
    if response.status_code != expected:
        response.failure(f'check: {response.status_code} is not {expected}')
        return False
    return True
"""
