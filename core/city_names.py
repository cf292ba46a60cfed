"""English names of cities, for whoever writes Shanghai where the company's standards say 上海."""

import re
from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "北京": "beijing", "上海": "shanghai", "广州": "guangzhou", "深圳": "shenzhen",
    "天津": "tianjin", "重庆": "chongqing", "杭州": "hangzhou", "南京": "nanjing",
    "苏州": "suzhou", "成都": "chengdu", "武汉": "wuhan", "西安": "xi'?an", "长沙": "changsha",
    "郑州": "zhengzhou", "青岛": "qingdao", "济南": "jinan", "大连": "dalian", "沈阳": "shenyang",
    "哈尔滨": "harbin", "长春": "changchun", "厦门": "xiamen", "福州": "fuzhou",
    "宁波": "ningbo", "无锡": "wuxi", "合肥": "hefei", "昆明": "kunming", "贵阳": "guiyang",
    "南宁": "nanning", "海口": "haikou", "三亚": "sanya", "石家庄": "shijiazhuang",
    "太原": "taiyuan", "南昌": "nanchang", "兰州": "lanzhou", "西宁": "xining",
    "银川": "yinchuan", "乌鲁木齐": "urumqi", "呼和浩特": "hohhot", "拉萨": "lhasa",
    "珠海": "zhuhai", "佛山": "foshan", "东莞": "dongguan", "香港": r"hong\s?kong",
    "澳门": "maca[uo]", "台北": "taipei",
}  # fmt: skip


def names_city(lowered: str, city: str) -> bool:
    """Whether a text in lower case names a city, in its own or in its English name."""
    english = ENGLISH.get(city)
    return city.lower() in lowered or bool(
        english and re.search(rf"(?<![a-z]){english}(?![a-z])", lowered)
    )
